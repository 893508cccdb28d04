val bcVersion = "1.78.1"
libraryDependencies ++= Seq(
  "org.bouncycastle" % "bcprov-jdk18on" % bcVersion,
  "com.nimbusds" % "nimbus-jose-jwt" % "9.40" % Test,
  // "com.jcraft" % "jsch" % "0.1.55",
  "org.typelevel" %% "cats-core" % "2.12.0"
)
