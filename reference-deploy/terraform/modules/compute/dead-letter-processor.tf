module "dead_letter_processor" {
  source = "./function"

  name   = "dead-letter-processor"
  shared = local.shared
  policy = data.aws_iam_policy_document.dead_letter_processor.json
}

data "aws_iam_policy_document" "dead_letter_processor" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
  }

  statement {
    sid       = "Archive"
    actions   = ["s3:PutObject"]
    resources = ["${var.buckets.archive.arn}/dead-letter/*"]
  }

  statement {
    sid       = "Poll"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = ["${local.arn}:sqs:${local.place}:${var.deployment.prefix}-dead-letters", "${local.arn}:sqs:${local.place}:${var.deployment.prefix}-dead-letters.fifo"]
  }
}
