locals {
  queues    = jsondecode(file("${path.module}/../../../settings/queues.json"))
  functions = jsondecode(file("${path.module}/../../../settings/functions.json"))
  mappings  = jsondecode(file("${path.module}/../../../settings/mappings.json"))
  sqs_arn   = "arn:${var.deployment.partition}:sqs:${var.deployment.region}:${var.deployment.account}"

  # Six times the function's timeout and the window: throttled invocations are tried again before a receive counts.
  topic_visibility = {
    for name, topic in var.topics : name =>
    6 * local.functions[local.mappings.topics.function].timeoutSeconds
    + (topic.fifo ? 0 : coalesce(topic.window_seconds, local.mappings.topics.windowSeconds))
  }
}

# Encrypted by SQS itself: a key of ours would be asked for again and again by each of hundreds of queues.
resource "aws_sqs_queue" "topic" {
  for_each = var.topics

  name                       = each.value.queue_name
  fifo_queue                 = each.value.fifo
  deduplication_scope        = each.value.fifo ? "messageGroup" : null
  fifo_throughput_limit      = each.value.fifo ? "perMessageGroupId" : null
  max_message_size           = local.queues.topic.maxMessageBytes
  message_retention_seconds  = local.queues.topic.retentionSeconds
  receive_wait_time_seconds  = local.queues.topic.receiveWaitSeconds
  visibility_timeout_seconds = local.topic_visibility[each.key]
  sqs_managed_sse_enabled    = true
  policy                     = replace(data.aws_iam_policy_document.tls_only.json, "QUEUE_NAME", each.value.queue_name)

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.central[each.value.fifo ? "dead-letters-fifo" : "dead-letters"].arn
    maxReceiveCount     = var.max_receive_count
  })
}

# One document for all queues: SQS puts nothing but the queue's own name in place of the resource.
data "aws_iam_policy_document" "tls_only" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["${local.sqs_arn}:QUEUE_NAME"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
