module "rebuild_topic" {
  source = "./function"

  name   = "rebuild-topic"
  shared = local.shared
  policy = data.aws_iam_policy_document.rebuild_topic.json
}

data "aws_iam_policy_document" "rebuild_topic" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["raw"].json,
    data.aws_iam_policy_document.commit["standardized"].json,
    data.aws_iam_policy_document.commit["curated"].json,
    data.aws_iam_policy_document.masking_secret.json,
  ]

  # A rebuild that is given up takes away the tables that it made.
  statement {
    sid       = "TakeBack"
    actions   = ["glue:DeleteTable"]
    resources = concat(local.layer_tables["standardized"], local.layer_tables["curated"])
  }

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
