module "reconcile" {
  source = "./function"

  name   = "reconcile"
  shared = local.shared
  policy = data.aws_iam_policy_document.reconcile.json
}

data "aws_iam_policy_document" "reconcile" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["raw"].json,
    data.aws_iam_policy_document.read["standardized"].json,
    data.aws_iam_policy_document.read["curated"].json,
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
    resources = [var.state_table_arn, "${var.state_table_arn}/index/*"]
  }
}
