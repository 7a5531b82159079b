module "acquire_lease" {
  source = "./function"

  name   = "acquire-lease"
  shared = local.shared
  policy = data.aws_iam_policy_document.acquire_lease.json
}

data "aws_iam_policy_document" "acquire_lease" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["standardized"].json,
    data.aws_iam_policy_document.read["curated"].json,
  ]

  statement {
    sid       = "State"
    actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
  }
}
