module "maintain_table" {
  source = "./function"

  name   = "maintain-table"
  shared = local.shared
  policy = data.aws_iam_policy_document.maintain_table.json
}

data "aws_iam_policy_document" "maintain_table" {
  source_policy_documents = [
    data.aws_iam_policy_document.commit["raw"].json,
    data.aws_iam_policy_document.commit["standardized"].json,
    data.aws_iam_policy_document.commit["curated"].json,
    data.aws_iam_policy_document.commit["ops"].json,
  ]

  statement {
    sid = "State"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn]
  }
}
