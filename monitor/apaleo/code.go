package apaleo

// codePage is the Code of an answer that is an HTML page where JSON is due.
const codePage = "html"
