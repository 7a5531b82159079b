module "curate" {
  source = "./function"

  name   = "curate"
  shared = local.shared
  policy = data.aws_iam_policy_document.curate.json
}

data "aws_iam_policy_document" "curate" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["standardized"].json,
    data.aws_iam_policy_document.commit["curated"].json,
    data.aws_iam_policy_document.masking_secret.json,
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
