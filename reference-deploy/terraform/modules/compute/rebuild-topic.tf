module "rebuild_topic" {
  source = "./function"

  name   = "rebuild-topic"
  shared = local.shared
  policy = data.aws_iam_policy_document.rebuild_topic.json
}

data "aws_iam_policy_document" "rebuild_topic" {
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
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn]
  }
}
