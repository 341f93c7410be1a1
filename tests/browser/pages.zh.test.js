// Every page of the desk in Chinese: see `support/pages.js`.

import { pagesIn } from "./support/pages.js";

pagesIn("zh");
