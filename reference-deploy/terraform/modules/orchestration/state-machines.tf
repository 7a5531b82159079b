locals {
  settings  = "${path.module}/../../../settings"
  documents = "${path.module}/../../../state-machines"
  machines  = jsondecode(file("${local.settings}/state-machines.json"))
  platform  = jsondecode(file("${local.settings}/platform.json"))
  arn       = "arn:${var.deployment.partition}"
  place     = "${var.deployment.region}:${var.deployment.account}"

  # Where no topic runs on Spark, the branch names a job that is not there: nothing goes that way.
  spark_job_name = var.spark_job_name == null ? "${var.deployment.prefix}-spark" : var.spark_job_name

  placeholders = merge(
    { for name, function in var.functions : "${replace(name, "-", "_")}_arn" => function.arn },
    { spark_job_name = local.spark_job_name },
  )

  machine_names = { for name in keys(local.machines) : name => "${var.deployment.prefix}-${name}" }
  machine_arns  = { for key, name in local.machine_names : key => "${local.arn}:states:${local.place}:stateMachine:${name}" }

  # What a document calls is what its role may call.
  texts = { for name, machine in local.machines : name => file("${local.documents}/${machine.document}") }
  called = {
    for name, text in local.texts : name => sort(distinct([
      for match in regexall("[$][{]([a-z_]+)_arn[}]", text) : local.placeholders["${match[0]}_arn"]
    ]))
  }
  uses_spark = { for name, text in local.texts : name => length(regexall("spark_job_name", text)) > 0 }
  has_map    = { for name, text in local.texts : name => length(regexall("DISTRIBUTED", text)) > 0 }
}

resource "aws_sfn_state_machine" "this" {
  for_each = local.machines

  name       = local.machine_names[each.key]
  role_arn   = aws_iam_role.machine[each.key].arn
  definition = templatefile("${local.documents}/${each.value.document}", local.placeholders)

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.machines.arn}:*"
    level                  = "ERROR"
    include_execution_data = true
  }

  tracing_configuration {
    enabled = true
  }

  encryption_configuration {
    type                              = "CUSTOMER_MANAGED_KMS_KEY"
    kms_key_id                        = var.kms_key_arn
    kms_data_key_reuse_period_seconds = 900
  }

  depends_on = [aws_iam_role_policy.machine]
}

resource "aws_cloudwatch_log_group" "machines" {
  name              = "/aws/vendedlogs/states/${var.deployment.prefix}"
  retention_in_days = local.platform.logRetentionDays
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "machine" {
  for_each = local.machines

  name               = local.machine_names[each.key]
  assume_role_policy = data.aws_iam_policy_document.machine_assume[each.key].json
}

resource "aws_iam_role_policy" "machine" {
  for_each = local.machines

  name   = "orchestrate"
  role   = aws_iam_role.machine[each.key].id
  policy = data.aws_iam_policy_document.machine[each.key].json
}

data "aws_iam_policy_document" "machine_assume" {
  for_each = local.machines

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.deployment.account]
    }
  }
}

data "aws_iam_policy_document" "machine" {
  for_each = local.machines

  statement {
    sid       = "CallFunctions"
    actions   = ["lambda:InvokeFunction"]
    resources = local.called[each.key]
  }

  # A distributed map runs its iterations as executions of the same machine.
  dynamic "statement" {
    for_each = local.has_map[each.key] ? [local.machine_arns[each.key]] : []

    content {
      sid       = "StartIterations"
      actions   = ["states:StartExecution"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = local.has_map[each.key] ? [local.machine_names[each.key]] : []

    content {
      sid       = "WatchIterations"
      actions   = ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"]
      resources = ["${local.arn}:states:${local.place}:execution:${statement.value}/*"]
    }
  }

  dynamic "statement" {
    for_each = local.uses_spark[each.key] ? [local.spark_job_name] : []

    content {
      sid       = "RunSpark"
      actions   = ["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"]
      resources = ["${local.arn}:glue:${local.place}:job/${statement.value}"]
    }
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }

  # The delivery of vended logs belongs to the account, and traces have no names.
  statement {
    sid = "WriteLogsAndTraces"
    actions = [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = ["*"]
  }
}
