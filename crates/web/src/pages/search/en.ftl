page-found = Found
page-found-for = Looked for
page-found-none = Nothing that you may see fits.
page-found-more = More may fit. Type more of it.
