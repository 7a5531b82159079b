module "report_failure" {
  source = "./function"

  name   = "report-failure"
  shared = local.shared
  policy = data.aws_iam_policy_document.report_failure.json
}

data "aws_iam_policy_document" "report_failure" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
  }
}
