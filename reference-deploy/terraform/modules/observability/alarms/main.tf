# Fills in the alarms of the settings. No provider is needed: `terraform test` runs it anywhere.

terraform {
  required_version = ">= 1.5"
}

variable "prefix" {
  description = "`{project}-{environment}`."
  type        = string
}

variable "state_machine_arn_prefix" {
  description = "ARN of a state machine without its name."
  type        = string
}

variable "stream_names" {
  description = "All streams."
  type        = list(string)
}

variable "topics" {
  description = "Topics by the name their queue carries."
  type = map(object({
    queue_name            = string
    table_name            = string
    contract              = optional(string)
    max_queue_age_seconds = number
  }))
}

variable "runbook_url" {
  description = "Where the runbook can be read."
  type        = string
}

locals {
  settings       = "${path.module}/../../../../settings"
  platform       = jsondecode(file("${local.settings}/platform.json"))
  alarms         = jsondecode(file("${local.settings}/alarms.json"))
  machines       = keys(jsondecode(file("${local.settings}/state-machines.json")))
  machine_marks  = { for name in local.machines : "{state-machine:${name}}" => "${var.state_machine_arn_prefix}${var.prefix}-${name}" }
  no_topic       = { queue_name = "", table_name = "", layer = "" }
  topic_alarms   = { for name, alarm in local.alarms : name => alarm if alarm.scope == "topic" }
  general_alarms = { for name, alarm in local.alarms : name => alarm if alarm.scope == "deployment" }

  expressions = {
    for name, alarm in local.alarms : name => alarm.expression == null ? null : replace(replace(alarm.expression,
      "{namespace}", local.platform.metricsNamespace),
    "{prefix}", var.prefix)
  }

  # One entry per alarm that is made: what it is called, what it is an instance of, and which topic it is about.
  instances = merge(
    { for name in keys(local.general_alarms) : name => { alarm = name, topic = null } },
    merge([
      for topic in keys(var.topics) : { for name in keys(local.topic_alarms) : "${topic}-${name}" => { alarm = name, topic = topic } }
    ]...),
  )

  about = {
    for key, instance in local.instances : key => instance.topic == null ? local.no_topic : {
      queue_name = var.topics[instance.topic].queue_name
      table_name = var.topics[instance.topic].table_name
      layer      = var.topics[instance.topic].contract == null ? "standardized" : "curated"
    }
  }

  # Metrics that are told per stream are repeated for each.
  metrics = {
    for key, instance in local.instances : key => flatten([
      for id, metric in local.alarms[instance.alarm].metrics : [
        for index, stream in(try(metric.per, "") == "stream" ? var.stream_names : [""]) : {
          id        = stream == "" ? id : "${id}_${index}"
          namespace = metric.namespace == "own" ? local.platform.metricsNamespace : metric.namespace
          metric    = metric.metric
          statistic = metric.statistic
          dimensions = merge(metric.namespace == "own" ? { service = var.prefix } : {}, {
            for name, value in metric.dimensions : name => lookup(local.machine_marks, value, replace(replace(replace(replace(replace(value,
              "{prefix}", var.prefix),
              "{queue}", local.about[key].queue_name),
              "{topic}", local.about[key].table_name),
              "{layer}", local.about[key].layer),
            "{stream}", stream))
          })
        }
      ]
    ])
  }
}

output "alarms" {
  description = "Alarms by name without the prefix, ready to be made."
  value = {
    for key, instance in local.instances : key => {
      severity      = local.alarms[instance.alarm].severity
      description   = "${local.alarms[instance.alarm].title}. ${local.alarms[instance.alarm].meaning} Runbook: ${var.runbook_url}#${instance.alarm}"
      metrics       = local.metrics[key]
      expression    = local.expressions[instance.alarm]
      is_query      = length(local.alarms[instance.alarm].metrics) == 0
      period        = local.alarms[instance.alarm].periodSeconds
      evaluations   = local.alarms[instance.alarm].evaluationPeriods
      datapoints    = local.alarms[instance.alarm].datapointsToAlarm
      comparison    = local.alarms[instance.alarm].comparison
      missing_data  = local.alarms[instance.alarm].missingData
      threshold     = try(tonumber(local.alarms[instance.alarm].threshold), var.topics[instance.topic].max_queue_age_seconds)
      is_of_a_topic = instance.topic != null
    }
  }
}
