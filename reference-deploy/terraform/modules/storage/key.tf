resource "aws_kms_key" "this" {
  description             = "Everything ${var.deployment.prefix} keeps: buckets, state table, streams, logs, alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.deployment.prefix}"
  target_key_id = aws_kms_key.this.key_id
}

locals {
  account_root = "arn:${var.deployment.partition}:iam::${var.deployment.account}:root"
}

# In a key's policy "*" is this key, and nothing else.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:The account must be able to administer its key, or nobody could
  #checkov:skip=CKV_AWS_111:In the policy of a key, its resource is the key itself
  #checkov:skip=CKV_AWS_356:In the policy of a key, its resource is the key itself
  statement {
    sid       = "AccountAdministersByIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }
  }

  statement {
    sid       = "LogGroups"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.deployment.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${var.deployment.partition}:logs:${var.deployment.region}:${var.deployment.account}:log-group:*${var.deployment.prefix}*"]
    }
  }

  # Logs of executions that are encrypted with this key are delivered decrypted.
  statement {
    sid       = "LogsOfExecutions"
    actions   = ["kms:Decrypt*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    # What the service encrypts for logs of this account says so, with a star where the log group would be.
    condition {
      test     = "StringLike"
      variable = "kms:EncryptionContext:SourceArn"
      values   = ["arn:${var.deployment.partition}:logs:${var.deployment.region}:${var.deployment.account}:*"]
    }
  }

  statement {
    sid       = "AlarmsToTopics"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.deployment.account]
    }
  }
}
