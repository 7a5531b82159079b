module "release_lease" {
  source = "./function"

  name   = "release-lease"
  shared = local.shared
  policy = data.aws_iam_policy_document.release_lease.json
}

data "aws_iam_policy_document" "release_lease" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
  }
}
