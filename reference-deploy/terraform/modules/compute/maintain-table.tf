module "maintain_table" {
  source = "./function"

  name   = "maintain-table"
  shared = local.shared
  policy = data.aws_iam_policy_document.maintain_table.json
}

data "aws_iam_policy_document" "maintain_table" {
  source_policy_documents = [
    data.aws_iam_policy_document.rewrite["raw"].json,
    data.aws_iam_policy_document.rewrite["standardized"].json,
    data.aws_iam_policy_document.rewrite["curated"].json,
    data.aws_iam_policy_document.rewrite["ops"].json,
  ]

  statement {
    sid = "State"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn]
  }
}
