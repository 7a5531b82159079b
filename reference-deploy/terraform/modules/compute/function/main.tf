locals {
  setting   = var.shared.functions[var.name]
  log_group = var.shared.log_groups[local.setting.plane]
  zip       = "${path.module}/../../../../dist/lambda/${var.name}.zip"
  signed    = var.shared.code_signing != null
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_117:Functions call nothing but AWS services, over TLS and with signed requests; a VPC would add endpoints to pay for and nothing to reach
  function_name                  = "${var.shared.prefix}-${var.name}"
  description                    = local.setting.description
  role                           = aws_iam_role.this.arn
  runtime                        = var.shared.platform.runtime
  architectures                  = [var.shared.platform.architecture]
  handler                        = var.shared.platform.handler
  memory_size                    = local.setting.memoryMb
  timeout                        = local.setting.timeoutSeconds
  reserved_concurrent_executions = var.shared.reserved_concurrency[var.name]
  kms_key_arn                    = var.shared.kms_key_arn

  filename                = local.signed ? null : local.zip
  source_code_hash        = local.signed ? null : filebase64sha256(local.zip)
  s3_bucket               = local.signed ? var.shared.code_signing.bucket : null
  s3_key                  = local.signed ? data.aws_s3_object.zip[0].key : null
  s3_object_version       = local.signed ? data.aws_s3_object.zip[0].version_id : null
  code_signing_config_arn = local.signed ? var.shared.code_signing.config_arn : null

  environment {
    variables = var.shared.environment[var.name]
  }

  # Powertools writes JSON by itself; Lambda's own JSON format would wrap its lines, and metrics would not be found in them.
  logging_config {
    log_format = "Text"
    log_group  = local.log_group.name
  }

  tracing_config {
    mode = "Active"
  }

  dynamic "dead_letter_config" {
    for_each = var.is_invoked_asynchronously ? [var.shared.failed_queue_arn] : []

    content {
      target_arn = dead_letter_config.value
    }
  }

  lifecycle {
    # A condition of the data source itself would have Terraform read it only after the plan.
    precondition {
      condition     = !local.signed || coalesce(one(data.aws_s3_object.zip[*].version_id), "null") != "null"
      error_message = "The bucket of signed zips is not versioned: new code under the same key would never be deployed."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

# What a schedule sent while all executions were busy is of no use later: its next event does the same.
resource "aws_lambda_function_event_invoke_config" "this" {
  count = local.setting.asynchronousEvents == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = local.setting.asynchronousEvents.maxAgeSeconds
  maximum_retry_attempts       = local.setting.asynchronousEvents.maxRetries
}

resource "aws_iam_role" "this" {
  name               = "${var.shared.prefix}-${var.name}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.function.json
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  source_policy_documents = [var.policy]

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group.arn}:*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.shared.kms_key_arn]
  }

  # Traces have no names that a policy could give.
  statement {
    sid       = "WriteTraces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.is_invoked_asynchronously ? [var.shared.failed_queue_arn] : []

    content {
      sid       = "KeepFailedEvents"
      actions   = ["sqs:SendMessage"]
      resources = [statement.value]
    }
  }
}
