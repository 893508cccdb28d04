"""What lies in archives and images, read member by member in memory: nothing is ever written to the disk.

* `kinds`: what a file's first bytes say it is
* `opening`: an archive → its `Member`s and what could not be looked at
* `member`: what every format gives, and the budget that bounds it
* `zips`, `tars`, `ar`, `cpio`, `streams`: one format each, `image` puts the layers of a container image together
"""
