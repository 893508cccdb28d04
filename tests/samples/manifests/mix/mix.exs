defmodule App.MixProject do
  defp deps do
    [
      {:jose, "~> 1.11"},
      {:bcrypt_elixir, "3.1.0"},
      # {:guardian, "~> 2.0"},
      {:x509, "~> 0.8", only: [:dev, :test], runtime: false},
      {:cloak, git: "https://user:hunter2@example.invalid/cloak.git"},
      {:phoenix, "~> 1.7"}
    ]
  end
end
