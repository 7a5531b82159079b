locals {
  central_names = {
    for key, queue in local.queues.central : key => "${var.deployment.prefix}-${trimsuffix(key, "-fifo")}${queue.fifo ? ".fifo" : ""}"
  }
  # Queues that functions read hide messages as long as those may need; the others, which people read, half a minute.
  central_visibility = {
    for key in keys(local.queues.central) : key => max(concat([30], [
      for mapping in values(local.mappings) : 6 * local.functions[mapping.function].timeoutSeconds + mapping.windowSeconds
      if mapping.queue == key
    ])...)
  }
  # A message of one of these that fails too often goes to the queue that takes it.
  redrive_to = { for key, queue in local.queues.central : queue.redriveFrom => key if contains(keys(local.queues.central), coalesce(queue.redriveFrom, "-")) }
}

resource "aws_sqs_queue" "central" {
  for_each = local.queues.central

  name                       = local.central_names[each.key]
  fifo_queue                 = each.value.fifo
  message_retention_seconds  = each.value.retentionSeconds
  visibility_timeout_seconds = local.central_visibility[each.key]
  max_message_size           = local.queues.topic.maxMessageBytes
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.central[each.key].json

  # More than ten sources cannot be listed one by one.
  redrive_allow_policy = each.value.redriveFrom == "topic-queues" ? jsonencode({ redrivePermission = "allowAll" }) : null

  redrive_policy = contains(keys(local.redrive_to), each.key) ? jsonencode({
    deadLetterTargetArn = "${local.sqs_arn}:${local.central_names[local.redrive_to[each.key]]}"
    maxReceiveCount     = each.value.maxReceiveCount
  }) : null
}

data "aws_iam_policy_document" "central" {
  for_each = local.queues.central

  source_policy_documents = [replace(data.aws_iam_policy_document.tls_only.json, "QUEUE_NAME", local.central_names[each.key])]

  dynamic "statement" {
    for_each = each.key == "firehose-errors" ? [var.archive_bucket] : []

    content {
      sid       = "NoticesOfTheArchive"
      actions   = ["sqs:SendMessage"]
      resources = ["${local.sqs_arn}:${local.central_names[each.key]}"]

      principals {
        type        = "Service"
        identifiers = ["s3.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = ["arn:${var.deployment.partition}:s3:::${statement.value}"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [var.deployment.account]
      }
    }
  }
}
