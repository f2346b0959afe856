//! The report as one self-contained HTML page.

use super::drawing::{Drawing, escaped};

/// A section of the report: title, explanation, drawings.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) about: String,
    pub(super) drawings: Vec<Drawing>,
}

const STYLE: &str = "body{font:15px/1.5 Inter,system-ui,sans-serif;color:#22262b;margin:2rem auto;\
    max-width:1000px;padding:0 1rem}svg{max-width:100%;height:auto}h2{margin-top:2.5rem}\
    table{border-collapse:collapse}td{padding:.15rem 1.5rem .15rem 0;vertical-align:top}\
    td:last-child{font-variant-numeric:tabular-nums}code{font-size:13px}";

/// The page: `facts` (name and value) in a table, then the sections.
pub(super) fn page(title: &str, facts: &[(String, String)], sections: &[Section]) -> String {
    let rows: String = facts
        .iter()
        .map(|(name, value)| {
            format!("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value))
        })
        .collect();
    let sections: String = sections
        .iter()
        .map(|section| {
            let drawings: String = section.drawings.iter().map(Drawing::svg).collect();
            let about = escaped(&section.about);
            format!("<h2>{}</h2>\n<p>{about}</p>\n{drawings}\n", section.title)
        })
        .collect();
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<table>\n{rows}</table>\n{sections}\
         </body>\n</html>\n"
    )
}
