"""The types that cross a stage, one module a stage: frozen data, no I/O, nothing imported but errors."""
