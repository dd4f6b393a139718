# Written by Offramp: its web addresses, and what DNS has to say.

output "site_url" {
  description = "Web address of choir-site."
  value       = "https://${aptible_endpoint.part_site.virtual_domain}"
}

output "part_site_tickets_choir_example_external_hostname" {
  description = "What the CNAME of tickets.choir.example has to name."
  value       = aptible_endpoint.part_site_tickets_choir_example.external_hostname
}

output "part_site_tickets_choir_example_dns_validation_record" {
  description = "Name of the CNAME that proves tickets.choir.example for its certificate."
  value       = aptible_endpoint.part_site_tickets_choir_example.dns_validation_record
}

output "part_site_tickets_choir_example_dns_validation_value" {
  description = "What the CNAME that proves tickets.choir.example has to name."
  value       = aptible_endpoint.part_site_tickets_choir_example.dns_validation_value
}
