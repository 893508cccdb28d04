Gem::Specification.new do |spec|
  spec.name = "jwt"
  spec.version = "9.9"
  spec.add_dependency "openssl", ">= 3.0"
  spec.add_runtime_dependency(%q<jwt>.freeze, ["~> 2.5".freeze])
  spec.add_development_dependency "rbnacl"
end
