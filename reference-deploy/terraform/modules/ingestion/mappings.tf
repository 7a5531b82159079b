locals {
  mappings = jsondecode(file("${local.settings}/mappings.json"))
  # Mappings of the central queues.
  central_mappings = { for name, mapping in local.mappings : name => mapping if mapping.queue != "topic" }
}

# RAW tables and registry rows are there before the first message arrives: Firehose cannot deliver to a table that is not.
resource "aws_lambda_invocation" "topic_sync" {
  function_name = var.functions["topic-sync"].name
  input         = jsonencode({})

  triggers = {
    topics = var.topics_document.hash
  }
}

resource "aws_lambda_event_source_mapping" "topic" {
  for_each = var.topics

  event_source_arn                   = var.topic_queues[each.key].arn
  function_name                      = var.functions[local.mappings.topics.function].arn
  function_response_types            = ["ReportBatchItemFailures"]
  batch_size                         = coalesce(each.value.batch_size, each.value.fifo ? local.mappings.topics.fifoBatchSize : local.mappings.topics.batchSize)
  maximum_batching_window_in_seconds = each.value.fifo ? null : coalesce(each.value.window_seconds, local.mappings.topics.windowSeconds)

  scaling_config {
    maximum_concurrency = var.mapping_concurrency[each.key]
  }

  lifecycle {
    # The circuit breaker and operators switch mappings off; an apply must not switch them on again behind their backs.
    ignore_changes = [enabled]
  }

  depends_on = [aws_lambda_invocation.topic_sync, aws_kinesis_firehose_delivery_stream.raw]
}

resource "aws_lambda_event_source_mapping" "central" {
  for_each = local.central_mappings

  event_source_arn                   = var.central_queues[each.value.queue].arn
  function_name                      = var.functions[each.value.function].arn
  function_response_types            = ["ReportBatchItemFailures"]
  batch_size                         = each.value.batchSize
  maximum_batching_window_in_seconds = each.value.windowSeconds == 0 ? null : each.value.windowSeconds

  scaling_config {
    maximum_concurrency = each.value.maximumConcurrency
  }
}

# What Firehose could not deliver is announced on a queue, which keeps the notice until it is handled.
resource "aws_s3_bucket_notification" "firehose_errors" {
  bucket = var.buckets.archive.id

  queue {
    queue_arn     = var.central_queues["firehose-errors"].arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = local.stream.errorPrefix
  }
}
