using MudBlazor;

namespace Richpanel.Console.Shell;

/// <summary>Every colour and size of the console. Style sheets use only what is named here.</summary>
internal static class Theme
{
    private static readonly string[] s_text = ["Inter", "system-ui", "sans-serif"];

    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#2f4bce",
            PrimaryContrastText = "#ffffff",
            Secondary = "#4b5563",
            Tertiary = "#9b1b7e",
            TertiaryContrastText = "#ffffff",
            Info = "#0b6a86",
            Success = "#3f6212",
            Warning = "#7a5a00",
            WarningContrastText = "#ffffff",
            Error = "#a8174f",
            ErrorContrastText = "#ffffff",
            Dark = "#1b212b",
            Background = "#f7f8fa",
            BackgroundGray = "#f1f3f6",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b212b",
            DrawerBackground = "#ffffff",
            DrawerText = "#3c4554",
            DrawerIcon = "#5b6576",
            TextPrimary = "#1b212b",
            TextSecondary = "#566072",
            TextDisabled = "#6b7484",
            ActionDefault = "#566072",
            ActionDisabled = "#8b94a3",
            ActionDisabledBackground = "#eceef2",
            Divider = "#e3e6ec",
            DividerLight = "#eceef2",
            LinesDefault = "#e3e6ec",
            LinesInputs = "#8a93a3",
            TableLines = "#e9ecf1",
            TableHover = "#f5f7fb",
            OverlayDark = "rgba(20,24,32,.4)",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8fa2ff",
            PrimaryContrastText = "#10131a",
            Secondary = "#aab3c2",
            Tertiary = "#f09adb",
            TertiaryContrastText = "#10131a",
            Info = "#67c6e0",
            Success = "#a9cf6b",
            Warning = "#dcc35a",
            WarningContrastText = "#10131a",
            Error = "#ff8fb0",
            ErrorContrastText = "#10131a",
            Dark = "#e6e9ef",
            Background = "#0f1218",
            BackgroundGray = "#141821",
            Surface = "#161b24",
            AppbarBackground = "#161b24",
            AppbarText = "#e6e9ef",
            DrawerBackground = "#161b24",
            DrawerText = "#c3cad6",
            DrawerIcon = "#98a2b3",
            TextPrimary = "#e6e9ef",
            TextSecondary = "#a3adbd",
            TextDisabled = "#8a94a5",
            ActionDefault = "#a3adbd",
            ActionDisabled = "#6b7586",
            ActionDisabledBackground = "#222936",
            Divider = "#272e3b",
            DividerLight = "#202634",
            LinesDefault = "#272e3b",
            LinesInputs = "#5d6778",
            TableLines = "#222936",
            TableHover = "#1b2130",
            OverlayDark = "rgba(0,0,0,.55)",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = s_text, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "0" },
            H1 = new H1Typography { FontFamily = s_text, FontSize = "1.375rem", FontWeight = "600", LineHeight = "1.3", LetterSpacing = "-0.01em" },
            H2 = new H2Typography { FontFamily = s_text, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "0" },
            Body1 = new Body1Typography { FontFamily = s_text, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "0" },
            Body2 = new Body2Typography { FontFamily = s_text, FontSize = "0.8125rem", LineHeight = "1.45", LetterSpacing = "0" },
            Button = new ButtonTypography { FontFamily = s_text, FontSize = "0.8125rem", FontWeight = "500", TextTransform = "none", LetterSpacing = "0" },
            Caption = new CaptionTypography { FontFamily = s_text, FontSize = "0.75rem", LetterSpacing = "0" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", DrawerWidthLeft = "216px", AppbarHeight = "52px" },
    };

    /// <summary>
    /// Every colour as a custom property of the document, for both themes at once. What app.css, the scoped style sheets and the code
    /// editor use is named here and nowhere else.
    /// </summary>
    public static string Variables { get; } = ":root{" + Of(Mud.PaletteLight) + Light + "}:root[data-theme=dark]{" + Of(Mud.PaletteDark) + Dark + "}";

    /// <summary>
    /// One colour per state, used for nothing else; the three of code; the phases of an exchange; what lies below what floats; and the
    /// paper of a code to be photographed, which stays white.
    /// </summary>
    private const string Light = """
        --state-accepted:#17703f;--state-waiting:#8a5200;--state-held:#6a35c0;--state-sending:#0b6a86;--state-failed:#b3261e;
        --state-skipped:#566072;--state-canceled:#47505f;--state-settled:#2d6f60;--tint:9%;
        --code-text:#34508f;--code-number:#96315f;--code-word:#7a4a1e;
        --phase-dns:#7c8aa5;--phase-connect:#5f7cc4;--phase-tls:#3f93b5;--phase-wait:#3c9d7a;--phase-read:#a08a4b;
        --shadow:rgb(15 20 30 / .12);--shadow-deep:rgb(15 20 30 / .24);--veil:rgb(15 20 30 / .4);--photo-paper:#ffffff;
        """;

    private const string Dark = """
        --state-accepted:#62cc8f;--state-waiting:#e8b25a;--state-held:#c4a5ff;--state-sending:#67c6e0;--state-failed:#ff8f86;
        --state-skipped:#a3adbd;--state-canceled:#b3bccb;--state-settled:#8fc7b9;--tint:20%;
        --code-text:#a9bdf0;--code-number:#eda6c4;--code-word:#dcb48c;
        """;

    /// <summary>Those of MudBlazor that a page needs before MudBlazor is there, or without it, and what good, bad, warning and production look like.</summary>
    private static string Of(Palette palette) =>
        $"--mud-palette-text-primary:{palette.TextPrimary};--mud-palette-text-secondary:{palette.TextSecondary};--mud-palette-divider:{palette.Divider};"
        + $"--mud-palette-surface:{palette.Surface};--mud-palette-background:{palette.Background};--mud-palette-background-gray:{palette.BackgroundGray};--mud-palette-primary:{palette.Primary};"
        + $"--mud-palette-primary-text:{palette.PrimaryContrastText};--mud-palette-lines-inputs:{palette.LinesInputs};--mud-palette-error:{palette.Error};--mud-palette-error-text:{palette.ErrorContrastText};"
        + $"--mud-palette-table-lines:{palette.TableLines};--good:{palette.Success};--bad:{palette.Error};--warning:{palette.Warning};--production:{palette.Tertiary};";
}
