variable "choir" {
  default = "choir"
}

variable "session_key" {
  sensitive = true
}

variable "private_key" {}

variable "drain" {}
