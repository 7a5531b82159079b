module "plan_maintenance" {
  source = "./function"

  name   = "plan-maintenance"
  shared = local.shared
  policy = data.aws_iam_policy_document.plan_maintenance.json
}

data "aws_iam_policy_document" "plan_maintenance" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["raw"].json,
    data.aws_iam_policy_document.read["standardized"].json,
    data.aws_iam_policy_document.read["curated"].json,
  ]

  statement {
    sid       = "State"
    actions   = ["dynamodb:GetItem"]
    resources = [var.state_table_arn]
  }
}
