# Prints your name from Microsoft Graph, the way a program for Posit Workbench gets its token. Run it in a terminal that is
# connected for Posit Workbench:
#   Rscript samples/my-name.R
# With the package rstudioapi the first half is: rstudioapi::getDelegatedAzureToken("https://graph.microsoft.com")
# Needs curl and jsonlite (Debian: r-cran-curl, r-cran-jsonlite).
library(curl)
library(jsonlite)

ask <- function(url, headers, body = NULL) {
  handle <- new_handle()
  if (nzchar(Sys.getenv("CURL_CA_BUNDLE"))) {
    handle_setopt(handle, cainfo = Sys.getenv("CURL_CA_BUNDLE"))
  }
  if (!is.null(body)) {
    handle_setopt(handle, post = TRUE, postfields = toJSON(body, auto_unbox = FALSE))
  }
  handle_setheaders(handle, .list = headers)
  response <- curl_fetch_memory(url, handle = handle)
  if (response$status_code >= 400) {
    stop("HTTP status ", response$status_code, call. = FALSE)
  }
  fromJSON(rawToChar(response$content), simplifyVector = FALSE)
}

cookie <- readLines(file.path(Sys.getenv("PWB_SESSION_RUNTIME_DIR"), "rpc_cookie"), n = 1)
reply <- ask(
  paste0(Sys.getenv("RS_SERVER_ADDRESS"), "/delegated_azure_token"),
  list("Content-Type" = "application/json", "X-RS-Session-Server-RPC-Cookie" = cookie),
  list(params = list(unbox("https://graph.microsoft.com")), method = unbox("delegated_azure_token"))
)
if (!isTRUE(reply$result)) {
  stop(reply$oauth2_error$error_description, call. = FALSE)
}

me <- ask(
  "https://graph.microsoft.com/v1.0/me",
  list(Authorization = paste("Bearer", reply$token$access_token))
)
cat(me$displayName, "\n", sep = "")
