//! The ports that Windows keeps for itself (Hyper-V, WSL), as it lists them.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// How long Windows may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// The ranges. In WSL they are those of the machine around it; elsewhere there are none.
pub async fn ranges(wsl: bool) -> Vec<(u16, u16)> {
    let program = match (cfg!(windows), wsl) {
        (true, _) => "netsh",
        (false, true) => "netsh.exe",
        (false, false) => return Vec::new(),
    };
    let asked = Command::new(program)
        .args(["int", "ipv4", "show", "excludedportrange", "protocol=tcp"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(output)) => read(&String::from_utf8_lossy(&output.stdout)),
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

/// Reads the list, in whatever language its head is: a row is two numbers, and perhaps a star.
fn read(printed: &str) -> Vec<(u16, u16)> {
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let (first, last) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((first, last))
    };
    printed.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn rows_are_read_in_any_language() {
        let printed = "\r\n通訊協定 tcp 連接埠排除範圍\r\n\r\n起始連接埠    結束連接埠\r\n\
                       ----------    --------\r\n      5357        5357\r\n     \
                       50000       50059     *\r\n\r\n* - 受管理的連接埠排除。\r\n";
        assert_eq!(read(printed), [(5357, 5357), (50_000, 50_059)]);
    }
}
