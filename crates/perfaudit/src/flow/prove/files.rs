//! Certificates as files of a run.

use perfaudit_result::{AuditResult, Certificate, CertificateFile};

/// The certificates of a run as files, by their names within its directory: JSON, and Markdown to be pasted into a
/// pull request.
pub(crate) fn certificate_files(result: &AuditResult) -> Vec<(String, String)> {
    let several = result.certificates.len() > 1;
    let certificates = result.certificates.iter().enumerate();
    certificates
        .flat_map(|(index, certificate)| {
            let name = if several { format!("certificate-{}", index + 1) } else { "certificate".to_owned() };
            certificate_file(&name, certificate, result)
        })
        .collect()
}

/// One certificate as files whose names begin with `name`.
pub(crate) fn certificate_file(
    name: &str,
    certificate: &Certificate,
    result: &AuditResult,
) -> [(String, String); 2] {
    let file = CertificateFile {
        certificate: certificate.clone(),
        tool: result.tool.clone(),
        run: result.run.id.clone(),
        started: result.run.started.clone(),
        project: result.project.clone(),
        host: result.host.clone(),
    };
    let json = serde_json::to_string_pretty(&file).expect("a certificate holds nothing that JSON cannot");
    [
        (format!("{name}.json"), json + "\n"),
        (format!("{name}.md"), perfaudit_render::certificate_document(certificate, result)),
    ]
}
