locals {
  namespace = jsondecode(file("${path.module}/../../../settings/platform.json")).metricsNamespace
  functions = sort(keys(jsondecode(file("${path.module}/../../../settings/functions.json"))))
  service   = var.deployment.prefix

  # A search compares words of names; in quotes it would be the whole name.
  queue_words = join(" ", [for word in concat(split("-", local.service), ["queue"]) : "QueueName=${word}"])

  # Title, and the metrics of each chart; two charts stand in a row.
  charts = [
    {
      title   = "Messages"
      metrics = [for name in ["MessagesAccepted", "MessagesQuarantined", "MessagesHandedBack", "MessagesArchived"] : [local.namespace, name, "service", local.service]]
      stat    = "Sum"
    },
    {
      title = "Oldest message of each topic queue, the ten worst (s)"
      metrics = [[{
        expression = "SORT(SEARCH('{AWS/SQS,QueueName} MetricName=\"ApproximateAgeOfOldestMessage\" ${local.queue_words}', 'Maximum', 300), MAX, DESC, 10)"
      }]]
      stat = "Maximum"
    },
    {
      title = "Freshness against the objective, the ten worst (%)"
      metrics = [[{
        expression = "SORT(SEARCH('{${local.namespace},layer,service,topic} MetricName=\"FreshnessOfObjective\" service=\"${local.service}\"', 'Maximum', 900), MAX, DESC, 10)"
      }]]
      stat = "Maximum"
    },
    {
      title = "Rows"
      metrics = [for name in ["RowsRead", "RowsCurated", "Copies", "Superseded", "ParseErrors", "CdeFailures"] : [
        local.namespace, name, "service", local.service
      ]]
      stat = "Sum"
    },
    {
      title   = "Breakers"
      metrics = [for name in ["BreakersOpen", "GlobalBreakerOpen"] : [local.namespace, name, "service", local.service]]
      stat    = "Maximum"
    },
    {
      title   = "What does not add up"
      metrics = [for name in ["AccountabilityMismatch", "TopicFailed", "TopicDrift", "CdeSpike", "MaintenanceFailed"] : [local.namespace, name, "service", local.service]]
      stat    = "Sum"
    },
    {
      title = "Firehose: age of the oldest record (s)"
      metrics = [for name in local.stream_names : [
        "AWS/Firehose", "DeliveryToIceberg.DataFreshness", "DeliveryStreamName", name
      ]]
      stat = "Maximum"
    },
    {
      title   = "Firehose: rows delivered"
      metrics = [for name in local.stream_names : ["AWS/Firehose", "DeliveryToIceberg.SuccessfulRowCount", "DeliveryStreamName", name]]
      stat    = "Sum"
    },
    {
      title   = "Functions: concurrent executions"
      metrics = [for name in local.functions : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", "${local.service}-${name}"]]
      stat    = "Maximum"
    },
    {
      title   = "Functions: errors"
      metrics = [for name in local.functions : ["AWS/Lambda", "Errors", "FunctionName", "${local.service}-${name}"]]
      stat    = "Sum"
    },
    {
      title = "Rounds of the pipeline"
      metrics = [for name in ["ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsAborted"] : [
        "AWS/States", name, "StateMachineArn", "${local.arn}:states:${local.place}:stateMachine:${local.service}-master-pipeline-orchestrator"
      ]]
      stat = "Sum"
    },
    {
      title   = "Small files of the worst table"
      metrics = [[local.namespace, "SmallFiles", "service", local.service]]
      stat    = "Maximum"
    },
  ]

  widgets = concat(
    [{
      type       = "alarm"
      x          = 0
      y          = 0
      width      = 24
      height     = 4
      properties = { title = "Alarms", alarms = [for key, alarm in module.alarms.alarms : aws_cloudwatch_metric_alarm.this[key].arn if !alarm.is_of_a_topic] }
    }],
    [for index, chart in local.charts : {
      type   = "metric"
      x      = 12 * (index % 2)
      y      = 4 + 6 * floor(index / 2)
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        view    = "timeSeries"
        region  = var.deployment.region
        stat    = chart.stat
        period  = 300
        metrics = chart.metrics
      }
    }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.deployment.prefix
  dashboard_body = jsonencode({ widgets = local.widgets })
}
