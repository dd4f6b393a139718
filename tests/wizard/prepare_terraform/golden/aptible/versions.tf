# Written by Offramp: which provider, and from where.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aptible = {
      source  = "aptible/aptible"
      version = "> 0.9.24, < 2.0.0"
    }
  }
}

provider "aptible" {}
