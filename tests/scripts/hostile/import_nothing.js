// uncaught_exception: imports what nobody offers
import("node:fs");
