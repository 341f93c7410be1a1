page-sign-in = Sign in
page-sign-in-demo = This is a demonstration: sit down as anybody. All people and cases are invented.
