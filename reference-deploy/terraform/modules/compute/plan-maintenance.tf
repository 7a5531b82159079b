module "plan_maintenance" {
  source = "./function"

  name   = "plan-maintenance"
  shared = local.shared
  policy = data.aws_iam_policy_document.plan_maintenance.json
}

data "aws_iam_policy_document" "plan_maintenance" {
  source_policy_documents = [data.aws_iam_policy_document.read_tables.json]

  statement {
    sid       = "State"
    actions   = ["dynamodb:GetItem", "dynamodb:Query"]
    resources = [var.state_table_arn]
  }
}
