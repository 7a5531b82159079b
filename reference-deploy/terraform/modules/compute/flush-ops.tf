module "flush_ops" {
  source = "./function"

  name   = "flush-ops"
  shared = local.shared
  policy = data.aws_iam_policy_document.flush_ops.json
}

data "aws_iam_policy_document" "flush_ops" {
  source_policy_documents = [
    data.aws_iam_policy_document.commit["ops"].json,
  ]

  statement {
    sid = "State"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn]
  }
}
