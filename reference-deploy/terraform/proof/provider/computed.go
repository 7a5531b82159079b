package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	account = "123456789012"
	region  = "eu-west-1"
)

var fixedData = map[string]map[string]string{
	"aws_caller_identity": {"id": account, "account_id": account, "arn": "arn:aws:iam::" + account + ":user/planner", "user_id": "PLANNER"},
	"aws_partition":       {"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws"},
	"aws_s3_object":       {"version_id": "planned"},
	"aws_region":          {"id": region, "region": region, "name": region, "description": "", "endpoint": ""},
}

// ARNs by resource type; $name stands for what the resource is called. They are known when it is planned, so that
// everything that follows from them, policies above all, can be read in the plan.
var arns = map[string]string{
	"aws_cloudwatch_log_group":             "arn:aws:logs:$place:log-group:$name",
	"aws_cloudwatch_metric_alarm":          "arn:aws:cloudwatch:$place:alarm:$name",
	"aws_dynamodb_table":                   "arn:aws:dynamodb:$place:table/$name",
	"aws_iam_role":                         "arn:aws:iam::$account:role/$name",
	"aws_kinesis_firehose_delivery_stream": "arn:aws:firehose:$place:deliverystream/$name",
	"aws_kms_key":                          "arn:aws:kms:$place:key/planned",
	"aws_lambda_function":                  "arn:aws:lambda:$place:function:$name",
	"aws_s3_bucket":                        "arn:aws:s3:::$name",
	"aws_sfn_state_machine":                "arn:aws:states:$place:stateMachine:$name",
	"aws_sns_topic":                        "arn:aws:sns:$place:$name",
	"aws_sqs_queue":                        "arn:aws:sqs:$place:$name",
}

// Arguments that name a resource, in the order they are looked at.
var naming = []string{"name", "function_name", "bucket", "alarm_name", "dashboard_name", "key"}

// Strings that the service would fill in are planned as known values, everything else as unknown.
func fillComputed(resource string, schema blockSchema, proposed tftypes.Value, kind tftypes.Type) (tftypes.Value, error) {
	values := map[string]tftypes.Value{}
	if err := proposed.As(&values); err != nil {
		return proposed, err
	}
	name := resource
	for _, argument := range naming {
		var given string
		if value, isThere := values[argument]; isThere && value.IsKnown() && !value.IsNull() && value.As(&given) == nil {
			name = given
			break
		}
	}
	place := strings.NewReplacer("$name", name, "$place", region+":"+account, "$account", account)
	for attribute, facts := range schema.Attributes {
		if !facts.Computed || !values[attribute].IsNull() {
			continue
		}
		switch {
		case facts.Type != "string":
			values[attribute] = tftypes.NewValue(typeOf(facts.Type), tftypes.UnknownValue)
		case (attribute == "arn" || attribute == "id" && resource == "aws_sns_topic") && arns[resource] != "":
			values[attribute] = tftypes.NewValue(tftypes.String, place.Replace(arns[resource]))
		case attribute == "id":
			values[attribute] = tftypes.NewValue(tftypes.String, name)
		default:
			values[attribute] = tftypes.NewValue(tftypes.String, name+"/"+attribute)
		}
	}
	return tftypes.NewValue(kind, values), nil
}
