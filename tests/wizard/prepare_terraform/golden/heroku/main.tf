# A choir sells its tickets here.
terraform {
  required_providers {
    heroku = {
      source  = "heroku/heroku"
      version = "~> 5.3"
    }
  }
}

locals {
  region = "eu"
  parts = {
    site  = "web"
    email = "worker"
  }
}

resource "heroku_app" "part" {
  for_each = local.parts
  name     = "${var.choir}-${each.key}"
  region   = local.region

  sensitive_config_vars = {
    SESSION_KEY = var.session_key
  }
}

resource "heroku_addon" "tickets" {
  app_id = heroku_app.part["site"].id
  plan   = "heroku-postgresql:essential-1"
}

resource "heroku_addon_attachment" "tickets" {
  app_id   = heroku_app.part["email"].id
  addon_id = heroku_addon.tickets.id
}

resource "heroku_build" "part" {
  for_each = local.parts
  app_id   = heroku_app.part[each.key].id

  source {
    url = "https://code.choir.example/${each.key}.tar.gz"
  }
}

resource "heroku_formation" "site" {
  app_id     = heroku_app.part["site"].id
  type       = "web"
  quantity   = 2
  size       = "standard-1x"
  depends_on = [heroku_build.part]
}

resource "heroku_domain" "site" {
  app_id          = heroku_app.part["site"].id
  hostname        = "tickets.choir.example"
  sni_endpoint_id = heroku_ssl.site.id
}

resource "heroku_ssl" "site" {
  app_id            = heroku_app.part["site"].id
  certificate_chain = file("chain.pem")
  private_key       = var.private_key
}

resource "heroku_drain" "site" {
  app_id        = heroku_app.part["site"].id
  sensitive_url = var.drain
}

resource "heroku_pipeline" "choir" {
  name = "choir"
}

resource "heroku_pipeline_coupling" "site" {
  app_id   = heroku_app.part["site"].id
  pipeline = heroku_pipeline.choir.id
  stage    = "production"
}

module "mail" {
  source = "./modules/heroku-mail"
}

output "site_url" {
  value = heroku_app.part["site"].web_url
}
