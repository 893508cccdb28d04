"""
KexAlgorithms diffie-hellman-group1-sha1
default_md = md5
"""
