module "firehose_error_processor" {
  source = "./function"

  name   = "firehose-error-processor"
  shared = local.shared
  policy = data.aws_iam_policy_document.firehose_error_processor.json
}

data "aws_iam_policy_document" "firehose_error_processor" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
  }

  statement {
    sid       = "ReadErrors"
    actions   = ["s3:GetObject"]
    resources = ["${var.buckets.archive.arn}/${local.stream.errorPrefix}*"]
  }

  statement {
    sid       = "Archive"
    actions   = ["s3:PutObject"]
    resources = ["${var.buckets.archive.arn}/delivery-failure/*"]
  }

  statement {
    sid       = "Poll"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = ["${local.arn}:sqs:${local.place}:${var.deployment.prefix}-firehose-errors"]
  }
}
