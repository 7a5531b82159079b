module "standardize" {
  source = "./function"

  name   = "standardize"
  shared = local.shared
  policy = data.aws_iam_policy_document.standardize.json
}

data "aws_iam_policy_document" "standardize" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["raw"].json,
    data.aws_iam_policy_document.commit["standardized"].json,
    data.aws_iam_policy_document.lineage_secret.json,
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
