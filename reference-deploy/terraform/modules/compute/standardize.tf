module "standardize" {
  source = "./function"

  name   = "standardize"
  shared = local.shared
  policy = data.aws_iam_policy_document.standardize.json
}

data "aws_iam_policy_document" "standardize" {
  source_policy_documents = [data.aws_iam_policy_document.commit_tables.json]

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
