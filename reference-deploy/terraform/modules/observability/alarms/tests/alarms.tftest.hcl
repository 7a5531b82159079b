variables {
  prefix                   = "lean-ops-dev"
  state_machine_arn_prefix = "arn:aws:states:eu-west-1:123456789012:stateMachine:"
  stream_names             = ["lean-ops-dev-raw-0", "lean-ops-dev-raw-1", "lean-ops-dev-raw-2"]
  runbook_url              = "https://example.com/runbook"
  topics = {
    "user-logins" = { queue_name = "lean-ops-dev-user-logins-queue", table_name = "user_logins", contract = "a.json", max_queue_age_seconds = 60 }
    "plain"       = { queue_name = "lean-ops-dev-plain-queue", table_name = "plain", max_queue_age_seconds = 900 }
  }
}

run "topics" {
  command = plan

  assert {
    condition     = output.alarms["user-logins-queue-age"].threshold == 60 && output.alarms["plain-queue-age"].threshold == 900
    error_message = "a topic says how old its messages may become"
  }

  assert {
    condition     = output.alarms["user-logins-queue-age"].metrics[0].dimensions == { QueueName = "lean-ops-dev-user-logins-queue" }
    error_message = "AWS's own metrics have their own dimensions"
  }

  assert {
    condition     = output.alarms["plain-freshness"].metrics[0].dimensions == { service = "lean-ops-dev", topic = "plain", layer = "standardized" }
    error_message = "a topic without a contract ends at Standardized"
  }
}

run "streams" {
  command = plan

  assert {
    condition     = join(",", [for metric in output.alarms["stream-behind"].metrics : metric.dimensions.DeliveryStreamName]) == join(",", var.stream_names)
    error_message = "every stream is watched"
  }

  assert {
    condition     = length(distinct(output.alarms["stream-behind"].metrics[*].id)) == 3
    error_message = "under an id of its own"
  }
}

run "state_machines" {
  command = plan

  assert {
    condition     = output.alarms["pipeline-silent"].metrics[0].dimensions.StateMachineArn == "arn:aws:states:eu-west-1:123456789012:stateMachine:lean-ops-dev-master-pipeline-orchestrator"
    error_message = "by ARN"
  }
}

run "runbook" {
  command = plan

  assert {
    condition     = alltrue([for alarm in values(output.alarms) : strcontains(alarm.description, "Runbook: https://example.com/runbook#")])
    error_message = "every alarm links to its section"
  }
}

run "queries" {
  command = plan

  assert {
    condition     = output.alarms["topic-quarantine"].expression == "SELECT SUM(MessagesQuarantined) FROM SCHEMA(\"LeanOps\", service, topic) WHERE service = 'lean-ops-dev' GROUP BY topic ORDER BY SUM() DESC LIMIT 1"
    error_message = "of this deployment alone"
  }

  assert {
    condition     = output.alarms["topic-quarantine"].is_query && !output.alarms["stream-behind"].is_query
    error_message = "a query has no metrics, and a period of its own"
  }
}
