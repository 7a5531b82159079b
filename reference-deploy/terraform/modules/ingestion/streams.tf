locals {
  settings = "${path.module}/../../../settings"
  stream   = jsondecode(file("${local.settings}/streams.json")).raw
  platform = jsondecode(file("${local.settings}/platform.json"))
  arn      = "arn:${var.deployment.partition}"
  place    = "${var.deployment.region}:${var.deployment.account}"

  # The provider does not remember what Firehose takes by itself: named here, it would be a change in every plan.
  firehose_defaults = { BufferSizeInMBs = "1", BufferIntervalInSeconds = "60", NumberOfRetries = "3" }
  transform_settings = {
    BufferSizeInMBs         = tostring(local.stream.transformBufferMb)
    BufferIntervalInSeconds = tostring(local.stream.transformBufferSeconds)
    NumberOfRetries         = tostring(local.stream.transformRetries)
  }
  transform_parameters = { for name, value in local.transform_settings : name => value if value != local.firehose_defaults[name] }

  log_group  = "/aws/kinesisfirehose/${var.deployment.prefix}"
  log_stream = "delivery"

  # A topic goes to the stream its hash chooses, always the same: one stream writes a table.
  streams = { for index in range(var.stream_count) : tostring(index) => "${var.deployment.prefix}-raw-${index}" }
}

resource "aws_kinesis_firehose_delivery_stream" "raw" {
  for_each = local.streams

  name        = each.value
  destination = "iceberg"

  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = var.kms_key_arn
  }

  # No destination table: the transform names one for each record.
  iceberg_configuration {
    role_arn           = aws_iam_role.firehose.arn
    catalog_arn        = "${local.arn}:glue:${local.place}:catalog"
    append_only        = local.stream.appendOnly
    buffering_size     = local.stream.bufferMb
    buffering_interval = local.stream.bufferSeconds
    retry_duration     = local.stream.retrySeconds
    s3_backup_mode     = "FailedDataOnly"

    s3_configuration {
      role_arn            = aws_iam_role.firehose.arn
      bucket_arn          = var.buckets.archive.arn
      error_output_prefix = "${local.stream.errorPrefix}!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/"
      kms_key_arn         = var.kms_key_arn

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.firehose.name
        log_stream_name = aws_cloudwatch_log_stream.firehose.name
      }
    }

    processing_configuration {
      enabled = true

      processors {
        type = "Lambda"

        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = "${var.functions[local.stream.function].arn}:$LATEST"
        }

        dynamic "parameters" {
          for_each = local.transform_parameters

          content {
            parameter_name  = parameters.key
            parameter_value = parameters.value
          }
        }
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.firehose.name
      log_stream_name = aws_cloudwatch_log_stream.firehose.name
    }
  }

  depends_on = [aws_iam_role_policy.firehose]
}

resource "aws_cloudwatch_log_group" "firehose" {
  name              = local.log_group
  retention_in_days = local.platform.logRetentionDays
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_stream" "firehose" {
  name           = local.log_stream
  log_group_name = aws_cloudwatch_log_group.firehose.name
}
