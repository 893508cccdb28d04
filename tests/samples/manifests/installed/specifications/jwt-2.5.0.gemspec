# -*- encoding: utf-8 -*-
# stub: jwt 2.5.0 ruby lib

Gem::Specification.new do |s|
  s.name = "jwt".freeze
  s.version = "2.5.0"
  s.add_development_dependency(%q<rbnacl>.freeze, [">= 0"])
end
