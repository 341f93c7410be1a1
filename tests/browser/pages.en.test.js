// Every page of the desk in English: see `support/pages.js`.

import { pagesIn } from "./support/pages.js";

pagesIn("en");
