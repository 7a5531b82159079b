locals {
  arn          = "arn:${var.deployment.partition}"
  place        = "${var.deployment.region}:${var.deployment.account}"
  stream_names = [for index in range(var.stream_count) : "${var.deployment.prefix}-raw-${index}"]
}

module "alarms" {
  source = "./alarms"

  prefix                   = var.deployment.prefix
  state_machine_arn_prefix = "${local.arn}:states:${local.place}:stateMachine:"
  stream_names             = local.stream_names
  topics                   = var.topics
  runbook_url              = var.runbook_url
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = module.alarms.alarms

  alarm_name          = "${var.deployment.prefix}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.evaluations
  datapoints_to_alarm = each.value.datapoints
  treat_missing_data  = each.value.missing_data
  alarm_actions       = [aws_sns_topic.alarms[each.value.severity].arn]
  ok_actions          = [aws_sns_topic.alarms[each.value.severity].arn]

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value.expression]

    content {
      id          = "result"
      label       = each.key
      expression  = metric_query.value
      period      = each.value.is_query ? each.value.period : null
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.value.id
      return_data = each.value.expression == null

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.statistic
        period      = each.value.period
      }
    }
  }
}
