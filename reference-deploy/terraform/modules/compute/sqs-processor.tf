module "sqs_processor" {
  source = "./function"

  name   = "sqs-processor"
  shared = local.shared
  policy = data.aws_iam_policy_document.sqs_processor.json
}

data "aws_iam_policy_document" "sqs_processor" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
  }

  statement {
    sid       = "Archive"
    actions   = ["s3:PutObject"]
    resources = ["${var.buckets.archive.arn}/quarantine/*"]
  }

  statement {
    sid       = "Send"
    actions   = ["firehose:PutRecordBatch"]
    resources = [for name in local.stream_names : "${local.arn}:firehose:${local.place}:deliverystream/${name}"]
  }

  statement {
    sid       = "Poll"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = local.topic_queue_arns
  }
}
