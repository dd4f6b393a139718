# Written by Offramp: the values that come from outside; README.md says how.

variable "environment" {
  description = "Handle of the environment."
  type        = string
  default     = "choir-eu"
}

variable "part_site_image" {
  description = "Image of choir-site with its tag, in a registry."
  type        = string
  default     = "ghcr.io/choir/site:v4"
}

variable "part_email_image" {
  description = "Image of choir-email with its tag, in a registry."
  type        = string
}

variable "registry_username" {
  description = "The username for a registry that wants one."
  type        = string
  default     = null
  sensitive   = true
}

variable "registry_password" {
  description = "The password for a registry that wants one."
  type        = string
  default     = null
  sensitive   = true
}

variable "part_site_SESSION_KEY" {
  description = "Config var SESSION_KEY of choir-site."
  type        = string
  sensitive   = true
}

variable "part_email_SITE_URL" {
  description = "Config var SITE_URL of choir-email."
  type        = string
  sensitive   = true
}

variable "choir_logs_url" {
  description = "Address of the log drain choir-logs, with its token."
  type        = string
  sensitive   = true
}
