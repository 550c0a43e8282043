#!/usr/bin/env bash
# Pictures of every page, light, dark and narrow, over the same sample data, into docs/screenshots (or the folder named first).
# Needs the .NET SDK and Chromium (CHROMIUM names another one). Takes some minutes; nothing leaves the machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(realpath -m "${1:-docs/screenshots}")
mkdir -p "$folder"
dotnet build Richpanel.Tests -v quiet -nologo -p:UseSharedCompilation=false
SCREENSHOTS="$folder" dotnet test --project Richpanel.Tests --no-build --filter-class 'Richpanel.Tests.Browser.Screenshots'
du -sh "$folder"
